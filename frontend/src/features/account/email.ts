/** Whether a text could be an address: something, an @, and a domain with a dot. The server has the last word. */
export const looksLikeEmail = (text: string) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim())
