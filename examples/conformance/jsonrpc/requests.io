// What is a request, and which methods there are
// source: JSON-RPC 2.0 specification, §4; RFC 8259 §4
// @tags jsonrpc
// What is no object, or names neither version nor method, is no request; its id is not known.
>> 1
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> 1.5
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> "test.hello"
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> null
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> true
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> false
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> {}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
>> []
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}
// jsonrpc is the string 2.0 and nothing else; a valid id comes back.
>> {"jsonrpc":"1.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":" 2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2.0 ","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":2.0,"method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":2,"method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":null,"method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":true,"method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":["2.0"],"method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
// The method is a string.
>> {"jsonrpc":"2.0","id":2}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":2}
>> {"jsonrpc":"2.0","method":null,"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":2}
>> {"jsonrpc":"2.0","method":1,"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":2}
>> {"jsonrpc":"2.0","method":{},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":2}
>> {"jsonrpc":"2.0","method":[],"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":2}
>> {"jsonrpc":"2.0","method":true,"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":2}
// A method that does not exist: names are compared exactly.
>> {"jsonrpc":"2.0","method":"","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":"no.such","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":"Test.Hello","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":"test.hello ","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":" test.hello","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":"test.hello\u0000","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":"test","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":"__init__","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":"rpc.x","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":"rpc.discover.x","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
>> {"jsonrpc":"2.0","method":"${repeat:512:a}","id":3}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}
// Members beside the known ones are ignored; of a member named twice the last counts.
>> {"jsonrpc":"2.0","method":"test.hello","id":4,"auth":"x","extra":{"a":[1]}}
<< {"jsonrpc":"2.0","result":"Hello!","id":4}
>> {"jsonrpc":"2.0","method":"no.such","method":"test.hello","id":5}
<< {"jsonrpc":"2.0","result":"Hello!","id":5}
>> {"jsonrpc":"2.0","method":"test.hello","id":5,"id":6}
<< {"jsonrpc":"2.0","result":"Hello!","id":6}
>> {"jsonrpc":"1.0","jsonrpc":"2.0","method":"test.hello","id":7}
<< {"jsonrpc":"2.0","result":"Hello!","id":7}
// Escapes in names and values are read as what they stand for; blanks around and inside do no harm.
>> {"\u006asonrpc":"2.\u0030","method":"test.\u0068ello","id":8}
<< {"jsonrpc":"2.0","result":"Hello!","id":8}
>>  	{ "jsonrpc" : "2.0" ,	"method" : "test.hello" , "id" : 9 } 
<< {"jsonrpc":"2.0","result":"Hello!","id":9}
