import { cpSync, createReadStream, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import type { Plugin, ResolvedConfig } from 'vite'

/** Serves the Twemoji pictures from our own origin: `<base>twemoji/<code point>.svg`. */
export function twemoji(): Plugin {
  const require = createRequire(import.meta.url)
  const pictures = join(dirname(require.resolve('@discordapp/twemoji/package.json')), 'dist', 'svg')
  let config: ResolvedConfig
  return {
    name: 'uzu:twemoji',
    configResolved(resolved) {
      config = resolved
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = /^\/twemoji\/([0-9a-f-]+\.svg)$/.exec(request.url ?? '')?.[1]
        if (!name || !existsSync(join(pictures, name))) return next()
        response.setHeader('Content-Type', 'image/svg+xml')
        createReadStream(join(pictures, name)).pipe(response)
      })
    },
    closeBundle() {
      if (config.command === 'build') {
        cpSync(pictures, resolve(config.root, config.build.outDir, 'twemoji'), { recursive: true })
      }
    },
  }
}
