// The view of the cloud of evaluations, next to the objective curve.

import { effect, type ReadonlySignal, untracked, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { hasRoom, paint } from "../figure/painter.ts";
import type { Picture } from "../figure/picture.ts";
import { readable } from "../figure/pointer.ts";
import { language, tr } from "../i18n/texts.ts";
import { isPlaneKnown, type Plane, planeOf } from "../models/cloud.ts";
import { perFrame } from "../models/schedule.ts";
import { isOpen, type Search } from "../models/search.ts";
import { cloudPicture, readCloud } from "./cloudPicture.ts";

type Models = Pick<App, "search" | "screen">;

/** A plane, and the search to which it belongs. */
interface Chosen {
  readonly id: string;
  readonly plane: Plane;
}

const FIRST: Plane = [0, 1];

/** The evaluations of a search in the plane of two parameters. With one free parameter, there is no plane. */
export function Cloud({ search, screen }: Models) {
  const place = useRef<HTMLDivElement>(null);
  const chosen = useSignal<Chosen | null>(null);
  const automatic = useRef<Chosen | null>(null);
  const space = useComputed(() => search.search.value?.cloud.space ?? []);
  const plane = useComputed(() => planeFor(search.search.value, chosen.value, automatic));
  const hasPlane = space.value.length !== 1;
  useEffect(() => {
    if (hasPlane && place.current) return drawnIn(place.current, { search, screen }, plane);
  }, [search, screen, plane, hasPlane]);
  if (!hasPlane) return null;
  const names = space.value.map(({ name }) => name);
  const [x, y] = plane.value;
  const choose = (next: Plane) => {
    const id = search.search.peek()?.id;
    if (id !== undefined) chosen.value = { id, plane: next };
  };
  const label = names.length
    ? tr("Evaluations in the plane of {x} and {y}", { x: names[x], y: names[y] })
    : tr("Evaluations");
  return (
    <div class="pw-cloud" ref={place}>
      <canvas data-pw-cloud role="img" aria-label={label} />
      {names.length > 1 && (
        <>
          <Menu axis="y" label={tr("y-axis")} names={names} at={y} choose={(k) => choose([k === x ? y : x, k])} />
          <Menu axis="x" label={tr("x-axis")} names={names} at={x} choose={(k) => choose([k, k === y ? x : y])} />
        </>
      )}
    </div>
  );
}

interface MenuProps {
  readonly axis: "x" | "y";
  readonly label: string;
  readonly names: readonly string[];
  readonly at: number;
  readonly choose: (at: number) => void;
}

/** The label of an axis, which is also the menu for its parameter. */
function Menu({ axis, label, names, at, choose }: MenuProps) {
  return (
    <select
      class={`pw-axis${axis}`}
      aria-label={label}
      value={names[at]}
      onChange={({ currentTarget }) => choose(currentTarget.selectedIndex)}
    >
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

/** The plane of a search, chosen by the user or automatically. The automatic plane is fixed once it is known. */
function planeFor(found: Search | null, chosen: Chosen | null, automatic: { current: Chosen | null }): Plane {
  if (!found || found.cloud.space.length < 2) return FIRST;
  const { id, cloud, evaluations } = found;
  if (chosen?.id === id) return chosen.plane;
  if (automatic.current?.id === id) return automatic.current.plane;
  if (!isPlaneKnown(cloud, !isOpen(found))) return FIRST;
  automatic.current = { id, plane: planeOf(cloud, evaluations.losses) };
  return automatic.current.plane;
}

/** Draws the cloud after each change. Returns a function that stops it. */
function drawnIn(place: HTMLElement, { search, screen }: Models, plane: ReadonlySignal<Plane>): () => void {
  const canvas = place.querySelector("canvas");
  if (!canvas) throw new Error("The place of a cloud has no canvas.");
  let shown: Picture | null = null;
  const draw = () => {
    const found = search.search.peek();
    shown = null;
    if (!found || found.cloud.space.length < 2 || !hasRoom(canvas)) return;
    const [across, up] = ["x", "y"].map((axis) => place.querySelector<HTMLElement>(`.pw-axis${axis}`));
    shown = cloudPicture(found, search.drawn.peek(), {
      ...{ width: canvas.clientWidth, height: canvas.clientHeight, plane: plane.peek(), dark: screen.isDark.peek() },
      size: screen.isPresenting.peek() ? 18 : 14,
      reserved: across?.offsetWidth ?? 0,
      beforeKey: up ? up.offsetLeft + up.offsetWidth : 0,
    });
    paint(canvas, shown);
    canvas.dataset.dots = String(found.cloud.rows);
    readout.move();
  };
  const readout = readable(place, {
    read(x, y) {
      const found = search.search.peek();
      return found && shown && readCloud(found, search.drawn.peek(), plane.peek(), shown, x, y);
    },
  });
  const soon = perFrame(() => untracked(draw));
  const size = new ResizeObserver(draw);
  size.observe(canvas);
  const stop = effect(() => {
    for (const one of [search.search, search.drawn, plane, screen.isDark, screen.isPresenting, language]) one.value;
    soon();
  });
  return () => {
    stop();
    soon.cancel();
    size.disconnect();
    readout.close();
  };
}
