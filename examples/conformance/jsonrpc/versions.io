// The greeting, in all three versions of JSON-RPC
// source: Mashery API 2.0 guide, JSON RPC, "The API responds to calls in 1.0, 1.1 and 2.0 formats"
// @tags jsonrpc
// @path /v2/json-rpc/789
>> {"method":"test.hello","params":[],"id":1}
<< {"result":"Hello!","error":null,"id":1}
>> {"version":"1.1","method":"test.hello","id":1}
<< {"version":"1.1","id":1,"result":"Hello!"}
>> {"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","result":"Hello!","id":1}
// @status 400
>> {"jsonrpc":"2.0","method":"test.hello","params":[1],"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":2}
// @path /rpc
>> {"jsonrpc":"2.0","method":"test.hello","params":{},"id":3}
<< {"jsonrpc":"2.0","result":"Hello!","id":3}
>> {"jsonrpc":"2.0","method":"test.hello","params":{"name":"x"},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":4}
// Errors have the form of their version too.
// @path /v3/json-rpc
// @status 400
>> {"version":"1.1","method":"test.goodbye","id":5}
<< {"version":"1.1","id":5,"error":{"name":"JSONRPCError","code":-32601,"message":"Method not found","data":null}}
// @status 400
>> {"method":"test.goodbye","params":[],"id":6}
<< {"result":null,"error":{"code":-32601,"message":"Method not found"},"id":6}
