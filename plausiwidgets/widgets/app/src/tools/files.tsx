// The files of the figure and the traces that the page writes from the selection, the run and the scene.

import { useSignal } from "@preact/signals";
import type { App } from "../app.ts";
import { described } from "../figure/Figure.tsx";
import { paint } from "../figure/painter.ts";
import { svgCanvas } from "../figure/svg.ts";
import { tracesOf } from "../figure/traces.ts";
import { tr } from "../i18n/texts.ts";
import type { Line } from "../models/lines.ts";
import { csvOf, save } from "../panels/saving.ts";
import { hostTools } from "./provided.ts";

const [WIDE, HIGH] = [1000, 640]; // size of a picture in px
const SHARP = 2; // number of PNG pixels per px

const SINGLE = [7, 8, 9]; // numbers of significant digits that a 4-byte number may need

/** A trace, whose numbers have 4 bytes if it comes from the host. */
type Table = Pick<Line, "t0" | "dt" | "spikes"> & Record<"v" | "current", ArrayLike<number>>;

type Drawn = Pick<App, "selection" | "run" | "scene">;

/** The figure as an SVG picture with the light theme and without handles. */
function figureSvg({ selection, run, scene }: Drawn): string {
  const canvas = svgCanvas(WIDE, HIGH);
  paint(canvas, tracesOf({ ...scene.peek(), handles: [] }, WIDE, HIGH, { size: 15, dark: false }));
  return canvas.text(described({ selection, run }));
}

/** The trace as CSV with the time in ms, the potential, the current, and 1 at each spike. */
export function traceCsv({ t0, dt, v, current, spikes }: Table): string {
  const fired = new Set(spikes.map((time) => Math.round((time - t0) / dt)));
  const rows = Array.from(v, (potential, k) => {
    const time = Number((t0 + k * dt).toPrecision(10)); // rounded to remove the rounding error of the product
    return [time, shortened(potential), shortened(current[k]), fired.has(k) ? 1 : 0];
  });
  return csvOf(["t", "v", "current", "spike"], rows);
}

/** The shortest number that rounds to a 4-byte number. An 8-byte number keeps all its digits. */
function shortened(x: number): number {
  const short = SINGLE.map((digits) => Number(x.toPrecision(digits)));
  return Math.fround(x) === x ? (short.find((one) => Math.fround(one) === x) ?? x) : x;
}

/** A button that saves a file. */
export interface FileButton {
  readonly title: string;
  readonly save: () => void;
}

/** Buttons that save the figure and the traces as files. */
export function Files(app: Drawn & Pick<App, "host" | "search">) {
  const status = useSignal("");
  const tell = (words: string) => {
    status.value = words;
  };
  const exports = hostTools()?.exports;
  const files = [
    ...pictureFiles(app, tell),
    ...(app.host.can("export") && exports ? exports.files(app, tell) : [traceFile(app, tell)]),
  ];
  return (
    <div class="pw-copy">
      <p>{tr("Save as a file")}</p>
      <div class="pw-files">
        {files.map((file) => (
          <button type="button" key={file.title} onClick={file.save}>
            {file.title}
          </button>
        ))}
      </div>
      <span role="status">{status}</span>
    </div>
  );
}

/** The name of a file about the selection without its extension. */
function nameOf({ current }: App["selection"]): string {
  const { model, pattern } = current.peek();
  return `${model}_${pattern}`;
}

function pictureFiles(app: Drawn, tell: (words: string) => void): readonly FileButton[] {
  const give = (extension: string, content: string | Blob, type?: string) => {
    const name = `${nameOf(app.selection)}.${extension}`;
    save(name, content, type);
    tell(name);
  };
  return [
    { title: tr("Figure (SVG)"), save: () => give("svg", figureSvg(app), "image/svg+xml") },
    { title: tr("Figure (PNG)"), save: async () => give("png", await pngOf(figureSvg(app))) },
  ];
}

/** The traces as a file that the page writes without a host. */
function traceFile({ selection, run }: Drawn, tell: (words: string) => void): FileButton {
  const name = `${nameOf(selection)}.csv`;
  const give = () => {
    save(name, traceCsv(run.trace.peek()), "text/csv");
    tell(name);
  };
  return { title: tr("Traces (CSV)"), save: give };
}

/** Draws an SVG picture as a PNG. */
async function pngOf(svg: string): Promise<Blob> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDE * SHARP, HIGH * SHARP];
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((give, refuse) =>
    canvas.toBlob((blob) => (blob ? give(blob) : refuse(new Error("the browser cannot create the image.")))),
  );
}
