// The API describes itself
// source: OpenRPC 1.3.2, "Service Discovery Method", on both dialects
>> {"jsonrpc":"2.0","method":"rpc.discover","id":1}
<< {"jsonrpc":"2.0","result":{"openrpc":"1.3.2","info":{"title":"rpcauth","version":"$string","...":"$any"},"servers":"$any","methods":"$any","components":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"rpc.discover","params":["1.4"],"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":2}
// @path /v2/json-rpc
>> {"jsonrpc":"2.0","method":"rpc.discover","params":[],"id":3}
<< {"jsonrpc":"2.0","result":{"openrpc":"1.3.2","...":"$any"},"id":3}
// @status 400
>> {"jsonrpc":"2.0","method":"rpc.discover","params":{"version":"1.4"},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":4}
