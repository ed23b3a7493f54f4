import { defineStore } from 'pinia'
import { ref } from 'vue'

export interface Toast {
  text: string
  color?: string
  timeout?: number
}

/** Short messages at the edge of the screen: "Saved". */
export const useToasts = defineStore('toasts', () => {
  const queue = ref<Toast[]>([])
  function say(text: string, color = 'success') {
    queue.value.push({ text, color, timeout: 4000 })
  }
  return { queue, say }
})
