// Runs @open-rpc/test-coverage against the daemon: told on stdin, reported on stdout, both in JSON.

import { readFileSync } from "node:fs";
import coverage from "@open-rpc/test-coverage";
import schemaUtils from "@open-rpc/schema-utils-js";

const { url, authorization, planted, only } = JSON.parse(readFileSync(0, "utf8"));
let id = 0;

async function call(method, params) {
    const headers = { "Content-Type": "application/json", Authorization: authorization };
    const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params });
    return (await fetch(url, { method: "POST", headers, body })).json();
}

const described = (await call("rpc.discover", {})).result;
const document = await schemaUtils.parseOpenRPCDocument(structuredClone(described));

// A schema that no result fits, to see that it is looked at.
for (const method of document.methods)
    if (method.name === planted) method.result.schema = { type: "integer" };

function example(method) {
    const [first] = described.methods.find(({ name }) => name === method).examples;
    return { params: Object.fromEntries(first.params.map(({ name, value }) => [name, value])), shown: first.result.value };
}

const created = example("oauth2.createAuthorizationCode");
const redeemed = example("oauth2.createAccessToken");
const listed = example("oauth2.fetchUserApplications");

// The examples print a code and tokens that were never issued. These are issued anew for every call.
async function makeLive() {
    const issueCode = async () => (await call("oauth2.createAuthorizationCode", created.params)).result.code;
    const spent = await issueCode();
    const params = replace(redeemed.params, [[created.shown.code, spent]]);
    const tokens = (await call("oauth2.createAccessToken", params)).result;
    const [application] = (await call("oauth2.fetchUserApplications", listed.params)).result;
    return [
        [created.shown.code, await issueCode()],
        [redeemed.shown.access_token, tokens.access_token],
        [redeemed.shown.refresh_token, tokens.refresh_token],
        [listed.shown[0].access_tokens[0], application.access_tokens[0]],
    ];
}

function replace(params, pairs) {
    return JSON.parse(pairs.reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(params)));
}

const silent = { onBegin() {}, onTestBegin() {}, onTestEnd() {}, onEnd() {} };
const calls = await coverage.default({
    openrpcDocument: document,
    reporters: [silent],
    only: only ?? [],
    transport: async (_, method, params) => call(method, replace(params, await makeLive())),
});

console.log(JSON.stringify(calls.map(({ methodName, title, valid, reason, error, requestError }) => ({
    method: methodName, title, valid: valid === true, reason: reason ?? error?.message ?? requestError?.message ?? null,
}))));
