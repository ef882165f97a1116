/** What to do should this process end in the middle of its work; the newest first. */
const undoings: (() => void)[] = [];

process.on('exit', () => {
  for (const undo of undoings.toReversed()) undo();
});

/**
 * Has something undone should this process end before the work that needs it does: after a second
 * signal, or because what it waits for hangs. A process that is killed undoes nothing.
 * @param undo is to be done when it returns, and throws nothing.
 * @returns what takes that back.
 */
export function atExit(undo: () => void): () => void {
  undoings.push(undo);
  return () => {
    const index = undoings.indexOf(undo);
    if (index >= 0) undoings.splice(index, 1);
  };
}
