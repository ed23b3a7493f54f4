import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

/** A file let go anywhere on a competition, on its way to the submit page. */
export const useDroppedFile = defineStore('dropped-file', () => {
  const file = shallowRef<File | null>(null)
  function take(): File | null {
    const taken = file.value
    file.value = null
    return taken
  }
  return { file, take }
})
