/* How components are compiled: styles go to files, since the content policy forbids inline ones. */

import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default { preprocess: vitePreprocess(), compilerOptions: { css: "external" } };
