// One exchange of @servicestack/client with the daemon: told on stdin, reported on stdout, both in JSON.

import { readFileSync } from "node:fs";
import { JsonServiceClient } from "@servicestack/client";

// As ServiceStack generates them. Both the names and the members are the wire's.
class OIDCGetAccessToken {
    constructor(members) { Object.assign(this, members); }
    getTypeName() { return "OIDCGetAccessToken"; }
    getMethod() { return "POST"; }
    createResponse() { return {}; }
}

class GetAccessToken {
    constructor(members) { Object.assign(this, members); }
    getTypeName() { return "GetAccessToken"; }
    getMethod() { return "POST"; }
    createResponse() { return {}; }
}

const DTOS = { OIDCGetAccessToken, GetAccessToken };

const WAYS = {
    post: (client, request) => client.post(request),
    api: (client, request) => client.api(request),
    publish: (client, request) => client.publish(request),
    postToUrl: (client, request, { url }) => client.postToUrl(url, request),
    postForm(client, request) {
        const form = new FormData();
        for (const [name, value] of Object.entries(request))
            form.append(name, value);
        return client.postBody(new DTOS[request.getTypeName()](), form);
    },
};

const told = JSON.parse(readFileSync(0, "utf8"));
const client = new JsonServiceClient(told.baseUrl);
const answers = [];
client.responseFilter = (answer) => answers.push([new URL(answer.url).pathname, answer.status]);
if (told.basePath !== undefined)
    client.basePath = told.basePath;
if (told.credentials !== undefined)
    client.setCredentials(...told.credentials);
if (told.refreshToken !== undefined)
    client.refreshToken = told.refreshToken;

const report = { answers };
try {
    report.returned = await WAYS[told.way](client, new DTOS[told.dto](told.members), told);
} catch (thrown) {
    if (thrown instanceof Error)
        throw thrown;
    report.thrown = thrown;
}
console.log(JSON.stringify(report));
