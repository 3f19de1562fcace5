import "uplot/dist/uPlot.min.css";
import "./styles/app.css";
import { render } from "preact";
import { App } from "./app";
import { World } from "./model/world";

const world = new World();
const root = document.getElementById("app");
if (root !== null) render(<App world={world} />, root);
world.start();
