/** What texts look like that a field takes, and how messages say it. The empty text stands for "not set". */
export interface TextForm {
  readonly pattern: RegExp;
  readonly rule: string;
  readonly fix?: string;
}

/** One word, such as an identifier, a URL or a token. */
export const word: TextForm = {
  pattern: /^[^\s\p{Cc}]*$/u,
  rule: "must be without spaces and control characters",
};

/** What goes into one line: a name with spaces, a password. */
export const line: TextForm = { pattern: /^\P{Cc}*$/u, rule: "must be one line, without control characters" };

export const headerName: TextForm = {
  pattern: /^[!#$%&'*+.^`|~\w-]+$/,
  rule: "must be the name of an HTTP header",
};

/** A URL of any scheme: programs receive redirects at schemes of their own. */
export const anyUrl: TextForm = { pattern: /^[a-z][a-z\d+.-]*:\/\/[^\s\p{Cc}]+$/iu, rule: "must be a URL" };

export const pem: TextForm = {
  pattern: /-----BEGIN [A-Z ]+-----/,
  rule: "must be a public key or certificate in PEM",
  fix: "It starts with -----BEGIN.",
};
