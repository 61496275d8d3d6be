/* Builds the page into the Python package; every file it needs is its own. */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

/** Package folder of a bundled module, or null for our own. */
function packageOf(id: string): string | null {
  if (!id.includes("node_modules")) return null;
  for (let at = dirname(id); at.includes("node_modules"); at = dirname(at)) {
    const file = join(at, "package.json");
    if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).name) return at;
  }
  return null;
}

/** The licences of everything bundled travel with the bundle. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      const found = new Set<string>();
      for (const part of Object.values(bundle)) {
        for (const id of part.type === "chunk" ? Object.keys(part.modules) : []) {
          const folder = packageOf(id.replace(/^\0/, "").split("?")[0]);
          if (folder) found.add(folder);
        }
      }
      const texts = [...found].sort().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
        const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
        return `${name} ${version} (${license})\n\n${text}`;
      });
      this.emitFile({ type: "asset", fileName: "licences.txt", source: texts.join("\n\n---\n\n") + "\n" });
    },
  };
}

export default defineConfig({
  base: "/ui/",
  plugins: [svelte(), licences()],
  build: {
    outDir: "../src/tocsin/web/built",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
    // Nothing inline: the content policy of the server forbids it.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
