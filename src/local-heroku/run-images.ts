/** Images that dynos boot on: one for all stacks, or some stacks' by name. */
export type RunImages = string | Readonly<Record<string, string>>;

/** The image that a stack's dynos boot on (heroku/base-images: `heroku/heroku:<n>`). */
export function runImageOf(stack: string, images: RunImages | undefined): string {
  if (typeof images === 'string') return images;
  return images?.[stack] ?? `heroku/heroku:${stack.replace(/^heroku-/, '')}`;
}
