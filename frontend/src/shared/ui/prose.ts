import DOMPurify from 'dompurify'
import { i18n } from '@/shared/i18n'
import { segments } from './emoji'
import '@/styles/prose.css'

/** What the server's sanitiser lets through, minus what our Content-Security-Policy would refuse. */
function cleaned(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
    FORBID_ATTR: ['style'],
    FORBID_TAGS: ['style', 'form'],
    ADD_ATTR: ['target'],
  })
}

export async function renderProse(root: HTMLElement, html: string): Promise<void> {
  root.replaceChildren(cleaned(html))
  outsideLinks(root)
  formulaBlocks(root)
  scrollable(root)
  drawEmoji(root)
  await Promise.all([drawFormulas(root), colourCode(root)])
}

function outsideLinks(root: HTMLElement) {
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a[href]')) {
    // Of the link itself: it is empty where the address is no address, which `new URL` would throw at.
    if (link.origin !== location.origin) {
      link.target = '_blank'
      link.rel = 'noopener noreferrer nofollow'
    }
  }
}

/** A block of code in the language `math` is a formula, as on GitHub. */
function formulaBlocks(root: HTMLElement) {
  for (const code of root.querySelectorAll<HTMLElement>('pre > code.language-math')) {
    const formula = document.createElement('div')
    formula.className = 'math block'
    formula.textContent = code.textContent
    code.parentElement?.replaceWith(formula)
  }
}

/** What may be wider than the page scrolls by itself, and by the keyboard. */
function scrollable(root: HTMLElement) {
  for (const table of root.querySelectorAll('table')) {
    const frame = document.createElement('div')
    frame.className = 'prose__table'
    frame.tabIndex = 0
    table.replaceWith(frame)
    frame.append(table)
  }
  for (const block of root.querySelectorAll<HTMLElement>('pre')) {
    block.tabIndex = 0
    copyable(block)
  }
  for (const image of root.querySelectorAll('img')) image.loading = 'lazy'
  // Task lists are pictures of boxes here: nothing can be ticked.
  for (const box of root.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) {
    box.disabled = true
    box.setAttribute('aria-label', box.checked ? '☑' : '☐')
  }
}

/** A button to copy a block of code; what a click does is for the component that shows the text. */
function copyable(block: HTMLElement) {
  const frame = document.createElement('div')
  frame.className = 'prose__code'
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'prose__copy'
  button.textContent = i18n.global.t('app.copy')
  block.replaceWith(frame)
  frame.append(block, button)
}

function drawEmoji(root: HTMLElement) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const texts: Text[] = []
  while (walker.nextNode()) {
    const text = walker.currentNode as Text
    if (!text.parentElement?.closest('pre, code, .math')) texts.push(text)
  }
  for (const text of texts) {
    const parts = segments(text.data)
    if (!parts.some((part) => 'emoji' in part)) continue
    text.replaceWith(
      ...parts.map((part) => {
        if (!('emoji' in part)) return part.text
        const image = document.createElement('img')
        image.className = 'emoji'
        image.src = part.source
        image.alt = part.emoji
        return image
      }),
    )
  }
}

/** KaTeX writes its styles through the DOM here, which the policy allows; as a string of HTML it would not be. */
async function drawFormulas(root: HTMLElement) {
  const formulas = root.querySelectorAll<HTMLElement>('.math')
  if (formulas.length === 0) return
  const { default: katex } = await import('./katex')
  for (const formula of formulas) {
    const source = (formula.textContent ?? '').trim().replace(/^\\[([]|\\[)\]]$/g, '')
    katex.render(source, formula, {
      displayMode: formula.classList.contains('block') || formula.tagName === 'DIV',
      throwOnError: false,
      output: 'htmlAndMathml',
    })
    if (formula.classList.contains('block')) formula.tabIndex = 0
  }
}

async function colourCode(root: HTMLElement) {
  const blocks = root.querySelectorAll<HTMLElement>('pre code[class*="language-"]')
  if (blocks.length === 0) return
  const { default: highlighter } = await import('./highlighter')
  for (const block of blocks) {
    const language = /language-([\w+#-]+)/.exec(block.className)?.[1]
    if (language && highlighter.getLanguage(language)) highlighter.highlightElement(block)
  }
}
