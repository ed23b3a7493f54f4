/**
 * Who waits for the email that confirms the address. The server sends it again to who signs in; so that one button does
 * it, name and password are kept for as long as the page is open, and nowhere else.
 */
let waiting: { login: string; password: string } | null = null

export function rememberCredentials(login: string, password: string): void {
  waiting = { login, password }
}

export function forgetCredentials(): void {
  waiting = null
}

export const waitingCredentials = () => waiting
