/** The build as a number of six digits, so that two phones can be compared over the telephone. */

/** The file's name carries a hash of its content. */
const built = import.meta.url

export const version = String([...built].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000, 7)).padStart(6, '0')
