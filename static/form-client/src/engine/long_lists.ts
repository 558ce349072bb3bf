/** Choices of a long list: a button for each of two thousand wells is nothing anybody scrolls through. */

/** More choices than a thumb goes through. */
const MOST_BUTTONS = 60

interface Choosing {
  appearances: Iterable<string>
  currentState: { isSelectWithImages: boolean; valueOptions: readonly unknown[] }
}

/** Whether a question is drawn as a list to search in; where its author asked for a look, or drew pictures, it is his. */
export function isSearched({ appearances, currentState }: Choosing): boolean {
  const { isSelectWithImages, valueOptions } = currentState
  return valueOptions.length > MOST_BUTTONS && !isSelectWithImages && [...appearances].length === 0
}
