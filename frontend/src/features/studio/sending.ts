import { useQueryCache } from '@pinia/colada'
import { useEventListener } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import { mayPass } from '@/shared/api/errors'
import type { SourceUpload } from '@/shared/api/models'
import { forgetUpload, isOf, remember } from './begun'
import type { NamedFile } from './dropped'
import { abortUpload, beginUpload, completeUpload, putPart, readSources, workbenchQuery } from './queries'

/** A file on its way into the draft of a competition. `sent`: bytes that have left. */
export interface Sending {
  key: number
  slug: string
  name: string
  file: File
  state: 'waiting' | 'sending' | 'failed'
  sent: number
  upload: SourceUpload | null
  /** Numbers of the parts that have not arrived; null: of an upload that has not begun. */
  missing: number[] | null
  error: unknown
  stop: AbortController
}

const TRIES = 4
export const PAUSE = 1000

/**
 * Files on their way into drafts, whichever page is shown. One file at a time, part by part: a part that did not get
 * through is sent again. Once all files of a draft have arrived, they are looked at.
 */
export const useSending = defineStore('studio-sending', () => {
  const cache = useQueryCache()
  const files = ref<Sending[]>([])
  const isBusy = computed(() => files.value.some(({ state }) => state !== 'failed'))
  const failedToRead = ref<Record<string, unknown>>({})
  const arrived = new Set<string>()
  let last = 0
  let running = false
  useEventListener('beforeunload', (event) => isBusy.value && event.preventDefault())

  const of = (slug: string) => files.value.filter((one) => one.slug === slug)

  /** `open`: uploads that began once and were left. One of the same file goes on; another one of the same name is forgotten. */
  function add(slug: string, named: readonly NamedFile[], open: readonly SourceUpload[] = []) {
    for (const { name, file } of named) {
      of(slug).filter((one) => one.name === name).forEach(cancel)
      const begun = open.filter((one) => one.name === name)
      const upload = begun.find((one) => isOf(one, file)) ?? null
      begun.filter((one) => one !== upload).forEach(({ id }) => drop(slug, id))
      files.value.push(reactive({ key: ++last, slug, name, file, state: 'waiting', sent: 0, upload, missing: upload && [...upload.missing], error: null, stop: new AbortController() }) as Sending)
    }
    void pump()
  }

  async function pump() {
    if (running) return
    running = true
    for (;;) {
      const next = files.value.find(({ state }) => state === 'waiting')
      if (!next) break
      await send(next)
      await readIfWhole(next.slug)
    }
    running = false
  }

  async function send(one: Sending) {
    one.state = 'sending'
    one.error = null
    try {
      if (!one.upload) {
        one.upload = await beginUpload(one.slug, one.name, one.file.size)
        remember(one.upload, one.file)
      }
      const { id, partSize } = one.upload
      one.missing ??= [...one.upload.missing]
      for (let number = one.missing[0]; number !== undefined; number = one.missing[0]) {
        const part = number
        const begin = (part - 1) * partSize
        const bytes = one.file.slice(begin, begin + partSize, 'application/octet-stream')
        await again(one, () => putPart(one.slug, id, part, bytes, (fraction) => (one.sent = begin + fraction * bytes.size), one.stop.signal))
        one.missing.shift()
      }
      await again(one, () => completeUpload(one.slug, id))
      forgetUpload(id)
      arrived.add(one.slug)
      forget(one)
      await cache.invalidateQueries({ key: workbenchQuery(one.slug).key })
    } catch (error) {
      if (one.stop.signal.aborted) return
      one.state = 'failed'
      one.error = error
    }
  }

  /** A line that broke is tried again after a while. */
  async function again(one: Sending, act: () => Promise<unknown>) {
    for (let round = 1; ; round++) {
      try {
        return await act()
      } catch (error) {
        if (one.stop.signal.aborted || round === TRIES || !mayPass(error)) throw error
        await new Promise((resolve) => setTimeout(resolve, PAUSE * 2 ** (round - 1)))
      }
    }
  }

  function drop(slug: string, id: string) {
    forgetUpload(id)
    void abortUpload(slug, id).catch(() => undefined)
  }

  const forget = (one: Sending) => (files.value = files.value.filter(({ key }) => key !== one.key))

  function retry(one: Sending) {
    one.state = 'waiting'
    void pump()
  }

  function cancel(one: Sending) {
    one.stop.abort()
    forget(one)
    if (one.upload) drop(one.slug, one.upload.id)
    void readIfWhole(one.slug)
  }

  async function readIfWhole(slug: string) {
    if (!arrived.has(slug) || of(slug).length) return
    arrived.delete(slug)
    await read(slug)
  }

  async function read(slug: string) {
    delete failedToRead.value[slug]
    try {
      cache.setQueryData(workbenchQuery(slug).key, await readSources(slug))
    } catch (error) {
      failedToRead.value[slug] = error
    }
  }

  return { files, isBusy, failedToRead, of, add, retry, cancel, read }
})
