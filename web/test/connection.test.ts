import { expect, test } from "vitest";
import { socketAddress } from "../src/protocol/connection";

test.each([
  ["http://localhost:8000/", "ws://localhost:8000/ws"],
  ["https://plan.example.com/?follow=truck-1#map", "wss://plan.example.com/ws"],
  ["https://plan.example.com/sim/", "wss://plan.example.com/sim/ws"],
  ["http://[::1]:8000/a/b/", "ws://[::1]:8000/a/b/ws"],
])("the socket of the page at %s is %s", (page, socket) => {
  expect(socketAddress(page)).toBe(socket);
});
