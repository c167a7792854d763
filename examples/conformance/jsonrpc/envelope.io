// Ids come back as they were; versions, params and JSON are taken strictly
// source: JSON-RPC 2.0 specification, §4; JSON-RPC 1.0 and 1.1; contract §2
// @tags jsonrpc
>> {"jsonrpc":"2.0","method":"test.hello","id":18446744073709551616}
<< {"jsonrpc":"2.0","result":"Hello!","id":18446744073709551616}
>> {"jsonrpc":"2.0","method":"test.hello","id":1.5}
<< {"jsonrpc":"2.0","result":"Hello!","id":1.5}
>> {"jsonrpc":"2.0","method":"test.hello","id":""}
<< {"jsonrpc":"2.0","result":"Hello!","id":""}
>> {"jsonrpc":"2.0","method":"test.hello","id":null}
<< {"jsonrpc":"2.0","result":"Hello!","id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":[]}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
// 1.0: an id of null makes a notification, no id at all no request. 1.1: without an id it is answered without one.
>> {"method":"test.hello","params":[],"id":null}
<<
>> {"method":"test.hello","params":[]}
<< {"result":null,"error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> {"version":"1.1","method":"test.hello"}
<< {"version":"1.1","result":"Hello!"}
// A version that is none; the valid id comes back.
>> {"jsonrpc":"2.1","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2.0","method":"test.hello","params":null,"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":2}
// Unknown members beside the known ones are ignored; of a member named twice the last counts.
>> {"jsonrpc":"2.0","method":"test.goodbye","method":"test.hello","auth":"x","id":3}
<< {"jsonrpc":"2.0","result":"Hello!","id":3}
>> {"jsonrpc":"2.0","method":"test.echo","params":[NaN],"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":5} {}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
