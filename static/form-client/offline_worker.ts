/** Vite plugin: the service worker `sw.js`, which knows every file it has to keep for a phone without a network. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { build, type Plugin } from 'vite'

const SOURCE = 'src/service_worker.ts'
const WORKER = 'sw.js'
const KEPT = /\.(html|js|css|svg|png|webmanifest)$/

export function offlineWorker(): Plugin {
  let folder = ''
  let target: string | string[] | false | undefined
  return {
    name: 'wangge-offline-worker',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir)
      target = config.build.target
    },
    async closeBundle() {
      await build({
        configFile: false,
        publicDir: false,
        define: {
          'self.__WB_MANIFEST': JSON.stringify(keptOf(folder)),
          'process.env.NODE_ENV': '"production"',
        },
        build: {
          target,
          outDir: folder,
          emptyOutDir: false,
          lib: { entry: SOURCE, name: 'worker', formats: ['iife'], fileName: () => WORKER },
        },
      })
    },
  }
}

/** Files by address, with a digest where the name does not carry one. */
function keptOf(folder: string): { url: string; revision: string | null }[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => KEPT.test(file))
  const addresses = files.map((file) => file.replaceAll('\\', '/')).filter((file) => file !== WORKER).sort()
  return addresses.map((url) => ({ url, revision: url.startsWith('assets/') ? null : digest(`${folder}/${url}`) }))
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
