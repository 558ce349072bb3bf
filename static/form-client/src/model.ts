/** What the parts of the phone client say to each other. Only shapes: every rule lives with its noun. */

/** `GET /w/api/home`: what the server tells this worker's phone. Instants are ISO 8601. */
export interface HomePage {
  worker: { id: string; name: string; role: string }
  place: string
  /** The server's clock when it answered. */
  now: string
  /** When the phone's session ends. */
  expires_at: string
  grids: GridEntry[]
  forms: FormEntry[]
  returned: ReturnedEntry[]
  settings: ClientSettings
  answers: SuggestionAnswer[]
  /** Missing where the page was kept by an earlier client. */
  openings?: TrackOpening[]
}

export interface GridEntry {
  /** 15 digits. */
  code: string
  name: string
  /** Closed ring, `lat lon 0 0;…`, degrees WGS-84. Empty when nobody has drawn it. */
  outline: string
  patrolled_today: boolean
  stand_in: boolean
  /** Last day of standing in, `YYYY-MM-DD`. */
  until: string | null
}

/** A published form as the home page names it. */
export interface FormEntry {
  form_id: string
  title: string
  version: string
  url: string
  /** The shipped form it is filled in place of; null for none, missing where the page was kept by an earlier client. */
  stands_for?: string | null
  /** Lists of the worker it reads. */
  files: { name: string; md5: string }[]
  /** Lists, pictures and sounds that belong to the form; missing where the page was kept by an earlier client. */
  media?: MediaEntry[]
  /** A Chinese sentence where the form requires what this client cannot draw. */
  refused: string | null
}

/** A file beside a form; `size` in bytes. */
export interface MediaEntry {
  name: string
  md5: string
  size: number
  url: string
}

/** A record of this worker which the office rejected or asked back. */
export interface ReturnedEntry {
  instance_id: string
  form_id: string
  reason: string
  at: string
}

/** Somebody of the village looked at a track of this worker: who, when (ISO 8601), why, and which track. */
export interface TrackOpening {
  who: string
  at: string
  reason: string
  day: string
  grid: string
}

export interface SuggestionAnswer {
  id: number
  words: string
  answer: string
  at: string
}

export interface ClientSettings {
  /** Longest side of a photo where the form does not say. */
  photo_max_pixels: number
  keep_exif: boolean
  /** Time and grid in a strip below the picture. */
  photo_strip: boolean
  /** Most megabytes (10⁶ bytes) of photos in one request. */
  split_megabytes: number
}

/** One row of a CSV list of FORMS §2: every cell is text, a missing one is ''. */
export type ListRow = Record<string, string>

/** One position as the phone gave it: degrees WGS-84, metres, `at` in milliseconds since 1970. */
export interface Fix {
  lat: number
  lon: number
  altitude: number | null
  accuracy: number | null
  at: number
}

/** A file of a record: a photo or a recording, under the name the XML gives it. */
export interface Attachment {
  name: string
  blob: Blob
}

/** What the form screen knows of a record while it is being filled. */
export interface Filling {
  xml: string
  files: Attachment[]
  /** Whether it could be finished as it stands. */
  complete: boolean
}

/** A form that has been filled: ready to be kept and sent. */
export interface FinishedFilling {
  xml: string
  files: Attachment[]
  /** `uuid:…` of meta/instanceID. */
  instanceId: string
  /** meta/instanceName, else ''. */
  summary: string
}

/** A record nobody has finished; `id` is the phone's own and survives every change. */
export interface Draft {
  id: string
  /** Id of the worker whose draft it is. */
  owner: string
  formId: string
  /** The shipped form it is filled in place of; missing where an earlier client kept it. */
  standsFor?: string | null
  version: string
  title: string
  /** The row it was opened from, to be named in the list of drafts. */
  about: string
  /** Answers chosen when it was opened, by question name. */
  preset: Record<string, string>
  /** Empty until the engine has said something. */
  xml: string
  files: Attachment[]
  complete: boolean
  /** Instance id of the sent record this draft corrects. */
  corrects: string | null
  /** Milliseconds since 1970. */
  startedAt: number
  changedAt: number
}

/** saved 已存 → sending → sent 已传, or refused 退回. */
export type RecordState = 'saved' | 'sending' | 'sent' | 'refused'

/** A finished record on its way to the server; it stays listed after arrival. */
export interface RecordEntry {
  /** meta/instanceID, `uuid:…`. */
  id: string
  /** Id of the worker in whose name it is sent; nobody else's session sends it. */
  owner: string
  /** Place in the order of sending: grows by one, whatever the phone's clock says. */
  order: number
  formId: string
  /** The shipped form it was filled in place of; missing where an earlier client kept it. */
  standsFor?: string | null
  version: string
  title: string
  /** What it was about, for people. */
  summary: string
  /** The case, household or grid it belongs to: records of one key leave in order. '' belongs to none. */
  key: string
  state: RecordState
  xml: string
  /** Under which name its files lie: the id of the draft it was. */
  folder: string
  /** Milliseconds since 1970. */
  savedAt: number
  sentAt: number | null
  /** The server's sentence: why it was refused, or that it was set aside. */
  message: string
  /** Stable code of a refusal, '' otherwise. */
  code: string
  /** 202: kept by the server, looked at by the office. */
  setAside: boolean
  /** Attempts since the last success, for the back-off. */
  attempts: number
  /** Not before this instant, milliseconds since 1970. */
  notBefore: number
  /** Whether a request carrying the XML has been acknowledged. */
  xmlSent: boolean
  /** Instance id of the record this one corrects. */
  corrects: string | null
}

/** One file of a draft or record as it lies in the database. */
export interface FileEntry {
  /** `<folder>/<name>`. */
  id: string
  /** The draft's id, before and after it is finished. */
  folder: string
  name: string
  blob: Blob
  sent: boolean
}
