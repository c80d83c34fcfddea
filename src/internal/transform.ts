/** Changes the arguments of a child resource before it is created: it is given the component's arguments and returns those to use. */
export type Transform<Args> = (args: Args) => Args;

/** The arguments after the user's transform, or as they are. */
export function transformed<Args>(transform: Transform<Args> | undefined, args: Args): Args {
  return transform === undefined ? args : transform(args);
}
