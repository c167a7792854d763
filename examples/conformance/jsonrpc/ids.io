// What identifies a request, and what makes a notification
// source: JSON-RPC 2.0 specification, §4 and §4.1
// @tags jsonrpc
// Strings, numbers and null come back as they were. Null makes a request here, no notification.
>> {"jsonrpc":"2.0","method":"test.hello","id":"1"}
<< {"jsonrpc":"2.0","result":"Hello!","id":"1"}
>> {"jsonrpc":"2.0","method":"test.hello","id":"abc"}
<< {"jsonrpc":"2.0","result":"Hello!","id":"abc"}
>> {"jsonrpc":"2.0","method":"test.hello","id":""}
<< {"jsonrpc":"2.0","result":"Hello!","id":""}
>> {"jsonrpc":"2.0","method":"test.hello","id":" "}
<< {"jsonrpc":"2.0","result":"Hello!","id":" "}
>> {"jsonrpc":"2.0","method":"test.hello","id":"é€😀"}
<< {"jsonrpc":"2.0","result":"Hello!","id":"é€😀"}
>> {"jsonrpc":"2.0","method":"test.hello","id":"\u0000"}
<< {"jsonrpc":"2.0","result":"Hello!","id":"\u0000"}
>> {"jsonrpc":"2.0","method":"test.hello","id":0}
<< {"jsonrpc":"2.0","result":"Hello!","id":0}
>> {"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","result":"Hello!","id":1}
>> {"jsonrpc":"2.0","method":"test.hello","id":-1}
<< {"jsonrpc":"2.0","result":"Hello!","id":-1}
>> {"jsonrpc":"2.0","method":"test.hello","id":9007199254740993}
<< {"jsonrpc":"2.0","result":"Hello!","id":9007199254740993}
>> {"jsonrpc":"2.0","method":"test.hello","id":18446744073709551616}
<< {"jsonrpc":"2.0","result":"Hello!","id":18446744073709551616}
>> {"jsonrpc":"2.0","method":"test.hello","id":-18446744073709551616}
<< {"jsonrpc":"2.0","result":"Hello!","id":-18446744073709551616}
>> {"jsonrpc":"2.0","method":"test.hello","id":${repeat:100:7}}
<< {"jsonrpc":"2.0","result":"Hello!","id":${repeat:100:7}}
>> {"jsonrpc":"2.0","method":"test.hello","id":1.5}
<< {"jsonrpc":"2.0","result":"Hello!","id":1.5}
>> {"jsonrpc":"2.0","method":"test.hello","id":-0.5}
<< {"jsonrpc":"2.0","result":"Hello!","id":-0.5}
>> {"jsonrpc":"2.0","method":"test.hello","id":"${repeat:256:x}"}
<< {"jsonrpc":"2.0","result":"Hello!","id":"${repeat:256:x}"}
>> {"jsonrpc":"2.0","method":"test.hello","id":null}
<< {"jsonrpc":"2.0","result":"Hello!","id":null}
// Errors have them too.
>> {"jsonrpc":"2.0","method":"no.such","id":"x"}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":"x"}
>> {"jsonrpc":"2.0","method":"no.such","id":null}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":null}
// Anything else is none.
>> {"jsonrpc":"2.0","method":"test.hello","id":true}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":false}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":{}}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":[]}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":[1]}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
// Without an id there is no answer, whatever became of the call.
>> {"jsonrpc":"2.0","method":"test.hello"}
<<
>> {"jsonrpc":"2.0","method":"no.such"}
<<
>> {"jsonrpc":"2.0","method":"test.echo","params":[]}
<<
>> {"jsonrpc":"2.0","method":"test.hello","params":{"a":1}}
<<
