// A caller that is not proven gets no further, whatever it sent
// source: contract §1 and §6
// @tags callers
// @caller nobody
// @status 401
// @header WWW-Authenticate: Basic realm="rpcauth"
>> {"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32001,"message":"Not Authorized"},"id":null}
// @send Authorization: Basic ZGVtbzp3cm9uZw==
// @status 401
>> {"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32001,"message":"Not Authorized"},"id":null}
// @path /v2/json-rpc/789?apikey=demo&sig=dcba2289afc3c75a902a0d33a8dbe6ae
// @status 403
>> {"method":"test.hello","params":[],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32001,"message":"Not Authorized"},"id":null}
// A signature counts on the Mashery paths alone, and only for a caller that lists it among its proofs.
// @caller demo
// @path /rpc?apikey=${apikey}&sig=${sig}
// @status 401
>> {"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32001,"message":"Not Authorized"},"id":null}
// @caller reader
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
// @status 403
>> {"method":"test.hello","params":[],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32001,"message":"Not Authorized"},"id":null}
// HTTP Basic counts everywhere.
// @path /v2/json-rpc/789
>> {"method":"test.hello","params":[],"id":1}
<< {"result":"Hello!","error":null,"id":1}
