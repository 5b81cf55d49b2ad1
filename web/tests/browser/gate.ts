import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What goes wrong with a request. lose: "request" never arrives, "answer" is done but never told. */
export interface Fault {
  path: RegExp;
  method?: string;
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  lose?: "request" | "answer";
  times?: number; // so often; else until mended
}

/** The network between one screen and the product: it can be cut, slowed, and it can answer wrongly. */
export class Gate {
  readonly asked: string[] = []; // method and path of all that arrived here
  private cut = false;
  private faults: (Fault & { left: number })[] = [];
  private readonly sockets = new Set<Socket>();
  private constructor(
    private readonly server: Server,
    private readonly upstream: URL,
  ) {}

  static async open(upstream: string): Promise<Gate> {
    const server = createServer();
    const gate = new Gate(server, new URL(upstream));
    server.on("request", (asked, answer) => gate.pass(asked, answer));
    server.on("connection", (socket) => {
      if (gate.cut) return void socket.destroy();
      gate.sockets.add(socket.once("close", () => gate.sockets.delete(socket)));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Cuts the network, also under what is on its way, or joins it again. */
  offline(cut: boolean): void {
    this.cut = cut;
    if (cut) for (const socket of this.sockets) socket.destroy();
  }

  fail(fault: Fault): void {
    this.faults.push({ ...fault, left: fault.times ?? Infinity });
  }

  mend(): void {
    this.faults = [];
  }

  async close(): Promise<void> {
    this.offline(true);
    await new Promise((done) => this.server.close(done));
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    this.asked.push(`${asked.method} ${asked.url}`);
    const fault = this.faults.find((one) => one.left > 0 && one.path.test(asked.url ?? "") && (one.method ?? asked.method) === asked.method);
    if (fault) fault.left -= 1;
    if (fault?.lose === "request") return void asked.socket.destroy();
    if (fault?.status) {
      asked.resume();
      answer.writeHead(fault.status, { "content-type": "application/problem+json", ...fault.headers });
      return void answer.end(fault.body ?? JSON.stringify({ type: "about:blank", title: "Fault", status: fault.status }));
    }
    const { method, url, headers } = asked;
    const { hostname, port } = this.upstream;
    const forward = request({ hostname, port, method, path: url, headers }, (found) => {
      if (fault?.lose === "answer") return void asked.socket.destroy();
      answer.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(answer);
    });
    forward.on("error", () => asked.socket.destroy());
    answer.on("close", () => forward.destroy());
    asked.pipe(forward);
  }
}
