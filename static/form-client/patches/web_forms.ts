/** What we change in @getodk/web-forms 0.22.0, and why. Words of the interface are in web_forms_words.ts. */

import type { Patch } from './apply.ts'
import { SHEET } from './styles.ts'
import { WORDS } from './web_forms_words.ts'

const ENTRY = 'index.js'
const ENGINE = 'index-DlGh9P5C.js'

export const PATCHES: Patch[] = [
  {
    name: 'inner parts are exported',
    file: ENGINE,
    pattern: '  webFormsPlugin as w\n};',
    replacement: `  webFormsPlugin as w,
  loadForm,
  _sfc_main$1 as QuestionList,
  ControlText,
  ValidationMessage,
  FORM_OPTIONS,
  FORM_MEDIA_CACHE,
  IS_FORM_EDIT_MODE,
  SUBMIT_PRESSED
};`,
    count: 1,
    reason: 'Its own page neither restores a draft nor tells what has been answered so far; ours holds the root node.',
  },
  {
    name: 'inner parts leave the package',
    file: ENTRY,
    pattern: /import \{ O as s, P as _, w as a \} from "\.\/index-DlGh9P5C\.js";\nexport \{[^}]*\};/g,
    replacement: `export {
  w as webFormsPlugin, loadForm, QuestionList, ControlText, ValidationMessage,
  FORM_OPTIONS, FORM_MEDIA_CACHE, IS_FORM_EDIT_MODE, SUBMIT_PRESSED
} from "./index-DlGh9P5C.js";`,
    count: 1,
    reason: 'As above.',
  },
  {
    name: 'styles are not put in by a script',
    file: ENTRY,
    pattern: /^\(function\(\)\{"use strict";try\{if\(typeof document<"u"\).*\n/g,
    replacement: '',
    count: 1,
    reason: 'They are a sheet of ours (styles.ts), without fonts of 870 kB, loaded with the form only.',
  },
  {
    name: 'the page around the form keeps its styles',
    file: ENGINE,
    pattern: 'tA.textContent = resetStyles, document.head.prepend(tA), ',
    replacement: '',
    count: 1,
    reason: 'Its reset strips the buttons of every other screen; styles.ts keeps it inside the form.',
  },
  {
    name: 'photos, recordings and files are our own question',
    file: ENGINE,
    pattern: 'createBlock(_sfc_main$5, {\n        key: 3,',
    replacement: 'createBlock(UploadQuestion, {\n        key: 3,',
    count: 1,
    reason: 'It draws no audio question, and its photos lose neither size nor camera data as our settings ask.',
  },
  {
    name: 'maps are our own drawing',
    file: ENGINE,
    pattern: '(await import("./MapBlock-Bb-sCnDx.js")).default',
    replacement: '(await import("/src/engine/GroundMap.vue")).default',
    count: 1,
    reason: 'Its map fetches tiles from another host, starts at 0,0, needs WebGL and 950 kB; ours draws the own grid.',
  },
  {
    name: 'a row of a list gives its columns to maps only',
    file: ENGINE,
    pattern: 'lA = tA.getPropertiesExpressions(sA).map(',
    replacement: 'lA = (eA.definition.bodyElement.appearances.map ? tA.getPropertiesExpressions(sA) : []).map(',
    count: 1,
    reason: 'An XPath for each column of each household: nine tenths of the time a form of a village takes to open.',
  },
  {
    name: 'a choice is put into words when it is seen',
    file: ENGINE,
    pattern: /label: ([io]A)\.label\.formatted,\n {8}search/g,
    replacement: 'get label() { return $1.label.formatted; },\n        search',
    count: 2,
    reason: 'Two milliseconds for each household of a list nobody has opened.',
  },
  {
    name: 'a long list draws what is in sight',
    file: ENGINE,
    pattern: '"filter-match-mode": "contains",\n      "auto-filter-focus": !0,',
    replacement: `"filter-match-mode": "contains",
      "virtual-scroller-options": AA.value.length > 60 ? { itemSize: 56 } : null,
      "auto-filter-focus": !0,`,
    count: 1,
    reason: '2,000 households of a village cadre.',
  },
  {
    name: 'an answer inside a text is text',
    file: ENGINE,
    pattern: 'const AA = toOdkMarkdown(tA);\n      return new Span(AA, void 0);',
    replacement: 'return new ChildMarkdownNode(tA);',
    count: 1,
    reason: 'What people typed was read as Markdown with HTML: a name is a name, also 「# 3号楼」.',
  },
  {
    name: 'a row of a list is text',
    file: ENGINE,
    pattern: 'return format(this.chunks);',
    replacement: `return this.chunks.some((tA) => tA.source === "reference")
      ? [new ChildMarkdownNode(this.asString)] : format(this.chunks);`,
    count: 1,
    reason: 'As above; Markdown is for what the author of the form wrote.',
  },
  {
    name: 'no direct eval',
    file: ENGINE,
    pattern: /(?<= )eval\(func\)/g,
    replacement: '(0, eval)(func)',
    count: 2,
    reason: 'Our CSP refuses it, nothing reaches it, and for its sake the bundler keeps every line of the package.',
  },
  {
    name: 'a group knows its words',
    file: ENGINE,
    pattern: '"title-formatted": eA.node.currentState.label?.formatted,\n      "no-ui"',
    replacement: 'title: eA.node.currentState.label?.asString,\n      "title-formatted": eA.node.currentState.label?.formatted,\n      "no-ui"',
    count: 1,
    reason: 'For the next patch.',
  },
  {
    name: 'a group in which all may be left out starts folded',
    file: ENGINE,
    pattern: 'const tA = eA, AA = ref(!1), nA = ref();\n    return (rA, oA) => eA.noUi',
    replacement: 'const tA = eA, AA = ref(startsFolded(tA.title)), nA = ref();\n    return (rA, oA) => eA.noUi',
    count: 1,
    reason: 'On a phone the questions that matter are then on one screen.',
  },
  {
    name: 'our parts are imported',
    file: ENGINE,
    pattern: /^import \{ ref, readonly,/g,
    replacement: `import UploadQuestion from "/src/engine/UploadQuestion.vue";
import { startsFolded } from "/src/engine/folding.ts";
import { ref, readonly,`,
    count: 1,
    reason: 'For the patches above.',
  },
  {
    name: 'a day has 24 hours',
    file: ENGINE,
    pattern: '"hour-format": "12"',
    replacement: '"hour-format": "24"',
    count: 1,
    reason: 'Nobody here reads a.m. and p.m.',
  },
  {
    name: 'no fonts',
    file: SHEET,
    pattern: /@font-face\{[^}]*\}/g,
    replacement: '',
    count: 27,
    reason: 'The letters are the phone\'s own; Roboto has no Chinese ones.',
  },
  {
    name: 'no utility classes',
    file: SHEET,
    pattern: /\.grid\{display:flex;flex-wrap:wrap;margin-right[\s\S]*?(?=:root\{--odk-font-family)/g,
    replacement: '',
    count: 1,
    reason: '340 kB of PrimeFlex for four classes, which form.css has.',
  },
  {
    name: 'no styles of the map we left out',
    file: SHEET,
    pattern: /\.advanced-panel\[data-v-61c2293c\][\s\S]*$/g,
    replacement: '',
    count: 1,
    reason: 'Nothing uses them.',
  },
  ...WORDS.map(([pattern, replacement, count = 1]) => ({
    name: `「${replacement.replace(/^.*?([\p{Script=Han}].*[\p{Script=Han}]|[\p{Script=Han}]).*$/su, '$1')}」`,
    file: ENGINE,
    pattern,
    replacement,
    count,
    reason: 'The interface speaks Chinese only, and the package has no translations.',
  })),
]
