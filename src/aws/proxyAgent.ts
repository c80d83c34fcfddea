import { globalAgent as plainAgent, type Agent as HttpAgent } from "node:http";
import { globalAgent as secureAgent } from "node:https";
import { Agent, type AgentConnectOpts } from "agent-base";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { proxyFor, proxyVariables, type Environment } from "../internal/environmentProxy.js";

/**
 * The agent that the AWS SDK is to open its connections with, where HTTPS_PROXY or HTTP_PROXY is set: by the proxy, or without one where NO_PROXY
 * names the endpoint. The SDK itself reads none of them.
 *
 * @returns undefined where no proxy is set
 */
export function environmentProxyAgent(environment: Environment = process.env): Agent | undefined {
  const variables = proxyVariables(environment);
  return variables === undefined ? undefined : new EnvironmentProxyAgent(variables);
}

class EnvironmentProxyAgent extends Agent {
  private readonly agents = new Map<string, HttpAgent>();

  constructor(private readonly variables: ReturnType<typeof proxyVariables>) {
    super();
  }

  override async connect(_request: unknown, options: AgentConnectOpts): Promise<HttpAgent> {
    const { secureEndpoint, host, port } = options;
    const name = host?.includes(":") === true ? `[${host}]` : host;
    const proxy = proxyFor(new URL(`${secureEndpoint ? "https" : "http"}://${name}:${port}`), this.variables);
    if (proxy === undefined) {
      return secureEndpoint ? secureAgent : plainAgent;
    }
    const key = `${secureEndpoint} ${proxy}`;
    const agent = this.agents.get(key) ?? (secureEndpoint ? new HttpsProxyAgent(proxy) : new HttpProxyAgent(proxy));
    this.agents.set(key, agent);
    return agent;
  }

  override destroy(): void {
    this.agents.forEach((agent) => agent.destroy());
    super.destroy();
  }
}
