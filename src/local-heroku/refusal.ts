/**
 * The Platform API says no. Its answer's body is `{id, message}`
 * (https://devcenter.heroku.com/articles/platform-api-reference#errors).
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** HTTP status. */
  readonly status: number;
  /** The platform's name for the kind of error, such as `not_found`. */
  readonly id: string;

  constructor(status: number, id: string, message: string) {
    super(message);
    this.status = status;
    this.id = id;
  }
}

/** Something in the URL does not exist; `resource` in the platform's words: `app`, `slug`. */
export function notFound(resource: string): Refusal {
  return new Refusal(404, 'not_found', `Couldn't find that ${resource}.`);
}

/** The request is understood, but what it asks for is not allowed. */
export function invalidParams(message: string): Refusal {
  return new Refusal(422, 'invalid_params', message);
}
