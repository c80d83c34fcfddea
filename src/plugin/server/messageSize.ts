/** The engine's own limit for messages between it and its plugins, in bytes. */
export const largestMessageBytes = 400 * 1024 * 1024;
