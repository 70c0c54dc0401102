// The first script of a page in one file. It starts the app, whose script is compressed.

import { runPacked } from "./packed.ts";

const element = (id: string) => document.getElementById(id) as HTMLElement;

void runPacked(element("packed"), element("outdated"));
