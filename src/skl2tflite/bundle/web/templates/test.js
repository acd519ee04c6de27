// `npm test`: the model answers the golden rows as it did where it was converted.

import fs from "node:fs";
import { wasm } from "./node.js";
import { load } from "./index.js";

console.warn = () => {}; // of LiteRT.js: that Node has no GPU
const model = await load({ wasm, file: new Uint8Array(fs.readFileSync(new URL("./model.tflite", import.meta.url))) });
const names = model.contract.methods.map(({ name }) => name).join(", ");
console.log(`${model.golden} golden rows agree in ${names}`);
process.exit(0); // LiteRT.js keeps Node running
