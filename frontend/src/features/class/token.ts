const KEY = 'uzu.roster-link'

/**
 * What stands behind the # of a link. It is kept for this tab, so that it need not stand in the address while somebody signs
 * in: an address is sent to servers, and what stands behind its # is not.
 */
export function keepToken(hash: string): string {
  const token = hash.replace(/^#/, '')
  if (token) sessionStorage.setItem(KEY, token)
  return token || (sessionStorage.getItem(KEY) ?? '')
}

export const forgetToken = (): void => sessionStorage.removeItem(KEY)
