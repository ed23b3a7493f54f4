/** Between the browser's passkeys, which speak in bytes, and the server, which speaks in JSON. */

type Json = Record<string, unknown>

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (character) => character.charCodeAt(0))
}

export function textOf(buffer: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('')
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

interface Named {
  id: string
  type: 'public-key'
  transports?: AuthenticatorTransport[]
}

const named = (list: Named[] | undefined) => list?.map((one) => ({ ...one, id: bytes(one.id) }))

/** Whether this browser can use passkeys at this address: they hang on a name, and on a line that nobody can read. */
export function canUsePasskeys(host = location.hostname): boolean {
  const isName = !/^[\d.]+$/.test(host) && !host.includes(':')
  return isName && typeof PublicKeyCredential !== 'undefined' && window.isSecureContext
}

/** What the server says of a passkey to be made, as the browser takes it. */
export function creationOptions(options: Json): PublicKeyCredentialCreationOptions {
  const { challenge, user, excludeCredentials, ...rest } = options as unknown as {
    challenge: string
    user: { id: string; name: string; displayName: string }
    excludeCredentials?: Named[]
  }
  return {
    ...(rest as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytes(challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: named(excludeCredentials),
  }
}

/** What the server says of a passkey to be shown, as the browser takes it. */
export function requestOptions(options: Json): PublicKeyCredentialRequestOptions {
  const { challenge, allowCredentials, ...rest } = options as unknown as { challenge: string; allowCredentials?: Named[] }
  return { ...(rest as PublicKeyCredentialRequestOptions), challenge: bytes(challenge), allowCredentials: named(allowCredentials) }
}

function inJson(credential: PublicKeyCredential, response: Json): Json {
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  }
}

/** Lets the browser make a passkey; what the server takes. */
export async function makePasskey(options: Json): Promise<Json> {
  const made = (await navigator.credentials.create({ publicKey: creationOptions(options) })) as PublicKeyCredential
  const response = made.response as AuthenticatorAttestationResponse
  return inJson(made, {
    clientDataJSON: textOf(response.clientDataJSON),
    attestationObject: textOf(response.attestationObject),
    transports: response.getTransports(),
  })
}

/** Lets the browser show a passkey; what the server takes. */
export async function showPasskey(options: Json): Promise<Json> {
  const shown = (await navigator.credentials.get({ publicKey: requestOptions(options) })) as PublicKeyCredential
  const response = shown.response as AuthenticatorAssertionResponse
  return inJson(shown, {
    clientDataJSON: textOf(response.clientDataJSON),
    authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    userHandle: response.userHandle ? textOf(response.userHandle) : null,
  })
}
