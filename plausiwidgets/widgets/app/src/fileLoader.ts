// The first script of a page in one file, which unpacks and starts the compressed script of the app.

import { runPacked } from "./packed.ts";

const element = (id: string) => document.getElementById(id) as HTMLElement;

void runPacked(element("packed"), element("outdated"));
