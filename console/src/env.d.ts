/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Whether the console runs over made-up data, without a server. */
  readonly IS_MOCKED: boolean;
}
