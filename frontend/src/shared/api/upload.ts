import { commonHeaders } from './client'
import { NetworkError, refusal } from './errors'

export interface UploadOptions {
  method?: 'POST' | 'PUT'
  /** Called with the fraction that has left this machine, 0 to 1. */
  onProgress?: (fraction: number) => void
  signal?: AbortSignal
}

export interface UploadAnswer<T> {
  status: number
  body: T
}

/** Sends a form. */
export const upload = <T>(path: string, form: FormData, options?: UploadOptions): Promise<UploadAnswer<T>> => send<T>(path, form, options)

/** Sends plain bytes: a part of a file. */
export const uploadBytes = (path: string, bytes: Blob, options?: UploadOptions): Promise<UploadAnswer<null>> => send<null>(path, bytes, options)

// XMLHttpRequest, because fetch can't tell how much of a body has been sent.
function send<T>(path: string, body: FormData | Blob, options: UploadOptions = {}): Promise<UploadAnswer<T>> {
  const method = options.method ?? 'POST'
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(method, path)
    request.responseType = 'json'
    for (const [name, value] of Object.entries(commonHeaders(method))) request.setRequestHeader(name, value)
    request.setRequestHeader('Accept', 'application/json')
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) options.onProgress?.(event.loaded / event.total)
    }
    request.upload.onload = () => options.onProgress?.(1)
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        resolve({ status: request.status, body: request.response as T })
      } else {
        reject(refusal(request.status, request.response))
      }
    }
    request.onerror = () => reject(new NetworkError())
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    options.signal?.addEventListener('abort', () => request.abort())
    request.send(body)
  })
}
