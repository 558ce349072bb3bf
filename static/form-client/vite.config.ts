import { PATCHES } from './patches/web_forms.ts'
import { patchWebForms } from './patches/plugin.ts'
import vue from '@vitejs/plugin-vue'
import { resolve } from 'node:path'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'

// The oldest browsers it must run in: Android 10 phones that still update, and WeChat's own. The engine needs no less.
const BROWSERS = ['chrome99', 'safari15.4']

export default defineConfig({
  base: '/w/',
  plugins: [
    patchWebForms(PATCHES),
    vue(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'service_worker.ts',
      // Registered by src/main.ts: a script in the page would be refused by the CSP.
      injectRegister: false,
      includeManifestIcons: false,
      manifestFilename: 'manifest.webmanifest',
      manifest: {
        lang: 'zh-CN',
        name: '网格 · 手机端',
        short_name: '网格',
        description: '巡查、走访、登记诉求，没有网也能填',
        start_url: '/w/',
        scope: '/w/',
        display: 'standalone',
        theme_color: '#1d4f7c',
        background_color: '#ffffff',
        icons: [
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any maskable' },
        ],
      },
      injectManifest: {
        globPatterns: ['**/*.{html,js,css,svg,png,webmanifest}'],
        maximumFileSizeToCacheInBytes: 8 * 1024 * 1024,
        rollupFormat: 'iife',
      },
      integration: {
        // The server gives /w/sw.js the headers of a service worker.
        beforeBuildServiceWorker(options) {
          options.swDest = resolve(options.injectManifest.globDirectory, 'sw.js')
          options.injectManifest.swDest = options.swDest
        },
      },
    }),
  ],
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    sourcemap: false,
    license: { fileName: 'LICENSES.md' },
    chunkSizeWarningLimit: 4000,
  },
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'happy-dom',
  },
})
