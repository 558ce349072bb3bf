/** What we use of @getodk/web-forms as patches/web_forms.ts leaves it; the package publishes no types. */
declare module '@getodk/web-forms' {
  import type { Component, InjectionKey, Plugin, Ref } from 'vue'

  /** `jr://file/households.csv` and the like. */
  type ResourceUrl = URL

  export interface FormOptions {
    fetchFormAttachment(url: ResourceUrl): Promise<Response>
    missingResourceBehavior: 'BLANK' | 'ERROR'
    geolocationProvider: { getLocation(): Promise<string> }
  }

  export interface InstanceConfig {
    stateFactory: <T extends object>(state: T) => T
    instanceAttachments: { fileNameFactory(file: { writtenAt: Date; extension: string | null }): string }
    preloadProperties?: Record<string, string>
    geolocationProvider: FormOptions['geolocationProvider']
  }

  export interface Option {
    value: string
    label: { asString: string } | null
  }

  /** Any node of an instance; what a kind of node lacks is undefined. */
  export interface FormNode {
    nodeId: string
    nodeType: string
    /** select: select1 or select. */
    selectType?: string
    valueType?: string
    appearances: Record<string, boolean> | null
    /** image: longest side the form asks for. */
    maxPixels?: number | null
    nodeOptions: { media?: { accept: string; type: string | null } } | null
    currentState: {
      /** `/data/finding[1]/what/kind`. */
      reference: string
      relevant: boolean
      required: boolean
      readonly: boolean
      label: { asString: string } | null
      children: FormNode[] | null
      value: unknown
      instanceValue?: string
      valueOptions?: Option[]
    }
    validationState: {
      violation?: { message: { formatted: unknown } } | null
      violations?: { nodeId: string }[]
    }
    setValue?(value: unknown): void
    selectValue?(value: string): void
    selectValues?(values: string[]): void
    /** repeat-range: one more round. */
    addInstances?(): void
  }

  export interface RootNode extends FormNode {
    instanceState: { readonly instanceXML: string }
    validationState: { violations: { nodeId: string }[] }
    languages: { language: string; isSyntheticDefault?: boolean }[]
    setLanguage(language: { language: string }): void
    prepareInstancePayload(wish: { payloadType: 'monolithic' }): Promise<{
      status: 'ready' | 'pending'
      data: [FormData]
    }>
    parent: { attachments: Map<FormNode & AttachedNode, { getValue(): File | null }> }
  }

  interface AttachedNode {
    isAttached(): boolean
    isRelevant(): boolean
  }

  export type LoadedForm =
    | { status: 'failure'; error: Error }
    | {
        status: 'success'
        createInstance(config: InstanceConfig): { root: RootNode }
        restoreInstance(from: { data: [FormData] }, config: InstanceConfig): Promise<{ root: RootNode }>
        editInstance(
          from: { inputType: 'FORM_INSTANCE_INPUT_RESOLVED'; data: [FormData] },
          config: InstanceConfig,
        ): Promise<{ root: RootNode }>
      }

  export function loadForm(xml: string, options: FormOptions): Promise<LoadedForm>

  export const webFormsPlugin: Plugin
  export const QuestionList: Component<{ nodes: FormNode[] }>
  export const ControlText: Component<{ question: FormNode }>
  export const ValidationMessage: Component<{ message: unknown }>
  export const FORM_OPTIONS: InjectionKey<FormOptions>
  export const FORM_MEDIA_CACHE: InjectionKey<Map<string, string>>
  export const IS_FORM_EDIT_MODE: InjectionKey<Readonly<Ref<boolean>>>
  export const SUBMIT_PRESSED: InjectionKey<Ref<boolean>>
}

declare module 'virtual:web-forms.css'
