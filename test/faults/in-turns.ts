/** Does something for each, so many at a time; gives the answers in the order of the list. */
export async function inTurns<T, R>(
  things: readonly T[],
  atOnce: number,
  work: (thing: T) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = []
  const rest = [...things.entries()]
  const next = async (): Promise<void> => {
    for (let turn = rest.shift(); turn !== undefined; turn = rest.shift()) answers[turn[0]] = await work(turn[1])
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  return answers
}
