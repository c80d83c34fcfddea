import { credentials } from "@grpc/grpc-js";
import { EngineClient as GeneratedClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";

/** Speaks to the engine that started the plugin. */
export class EngineClient {
  private client: GeneratedClient | undefined;

  /** @param address undefined where the engine tells its address only in its first call */
  public constructor(private address: string | undefined) {}

  public connectTo(address: string): void {
    if (address !== "" && address !== this.address) {
      this.address = address;
      this.client = undefined;
    }
  }

  /** @throws Error where no engine has connected yet */
  public requireAddress(): string {
    if (this.address === undefined) {
      throw new Error("the engine's address is not known: this plugin is started by Pulumi, not by hand");
    }
    return this.address;
  }

  /** Shows a line on the resource's row for as long as the operation runs. */
  public status(urn: string, message: string): void {
    this.log(urn, message, LogSeverity.INFO, true);
  }

  /** Shows a warning on the resource's row and after the operation. */
  public warn(urn: string, message: string): void {
    this.log(urn, message, LogSeverity.WARNING, false);
  }

  private log(urn: string, message: string, severity: LogSeverity, ephemeral: boolean): void {
    // A line that cannot be shown is no reason to fail the operation it speaks of; it stands in the plugin's own log instead.
    if (this.address === undefined) {
      console.error(message);
      return;
    }
    const request = new LogRequest();
    request.setSeverity(severity);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    this.client ??= new GeneratedClient(this.address, credentials.createInsecure());
    this.client.log(request, (error: unknown) => {
      if (error !== null && error !== undefined) {
        console.error(message);
      }
    });
  }
}
