// Results of every kind
// source: JSON-RPC 2.0 specification, §5
// @tags jsonrpc
// Every kind of value comes back as it was.
>> {"jsonrpc":"2.0","method":"test.echo","params":[null],"id":1}
<< {"jsonrpc":"2.0","result":null,"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[false],"id":1}
<< {"jsonrpc":"2.0","result":false,"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[true],"id":1}
<< {"jsonrpc":"2.0","result":true,"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[0],"id":1}
<< {"jsonrpc":"2.0","result":0,"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[-1],"id":1}
<< {"jsonrpc":"2.0","result":-1,"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[1.5],"id":1}
<< {"jsonrpc":"2.0","result":1.5,"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[""],"id":1}
<< {"jsonrpc":"2.0","result":"","id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":["é€😀\\\""],"id":1}
<< {"jsonrpc":"2.0","result":"é€😀\\\"","id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[[]],"id":1}
<< {"jsonrpc":"2.0","result":[],"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[{}],"id":1}
<< {"jsonrpc":"2.0","result":{},"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[[null,[],{"a":{}}]],"id":1}
<< {"jsonrpc":"2.0","result":[null,[],{"a":{}}],"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[{"":{"result":1,"error":2}}],"id":1}
<< {"jsonrpc":"2.0","result":{"":{"result":1,"error":2}},"id":1}
>> {"jsonrpc":"2.0","method":"test.echo","params":[18446744073709551616],"id":1}
<< {"jsonrpc":"2.0","result":18446744073709551616,"id":1}
