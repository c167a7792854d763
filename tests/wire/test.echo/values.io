// A value comes back as it was sent
// source: Mashery API 2.0 guide, JSON RPC; the first request is of the Ruby client look/mashery-rb
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
// @sample look/mashery-rb style JSON-RPC 1.1 (test.echo)
>> {"version":"1.1","method":"test.echo","params":["hi"],"id":1}
<< {"id":1,"version":"1.1","result":"hi"}
// @status 400
>> {"version":"1.1","method":"test.echo","params":[],"id":1}
<< {"id":1,"version":"1.1","error":{"name":"JSONRPCError","code":-32602,"message":"Invalid params","data":{"path":"$.params[0]"}}}
// @path /rpc
>> {"jsonrpc":"2.0","method":"test.echo","params":{"value":{"text":"é\u20ac\ud83d\ude00\\","number":1.5,"large":18446744073709551616,"none":null,"list":[true,[],{}]}},"id":2}
<< {"jsonrpc":"2.0","result":{"text":"é€😀\\","number":1.5,"large":18446744073709551616,"none":null,"list":[true,[],{}]},"id":2}
>> {"jsonrpc":"2.0","method":"test.echo","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[0]"}},"id":3}
