// Bytes that are JSON, and bytes that are not
// source: RFC 8259; RFC 7493 §2; contract §2
// @tags jsonrpc
// Text that is no JSON.
>>    
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":1,}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> [{"jsonrpc":"2.0","method":"test.hello","id":1},]
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":1} // said
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":1}{}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":1} x
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":1}${hex:00}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {'jsonrpc':'2.0','method':'test.hello','id':1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {jsonrpc:"2.0",method:"test.hello",id:1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":01}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":+1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":.5}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":1.}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":0x1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":"a	b"}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":"\x"}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":"\u12"}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":"\ud800"}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.hello","id":True}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> [
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> ${hex:a0}{"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> ${hex:0c}{"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
// Numbers that JSON does not have, or that no double holds. None ever comes back.
>> {"jsonrpc":"2.0","method":"test.echo","params":[NaN],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":[Infinity],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":[-Infinity],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":[1e400],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":[-1e400],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":[${repeat:309:9}],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":[${repeat:60000:9}],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
// Bytes that are no UTF-8: a lone byte, an overlong form, a surrogate; and other encodings.
>> {"jsonrpc":"2.0","method":"test.echo","params":["${hex:ff}"],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":["${hex:c3}"],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":["${hex:c0af}"],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":["${hex:eda080}"],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> ${hex:efbbbf}{"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> ${hex:fffe7b007d00}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> ${hex:feff007b007d}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> ${hex:fffe00007b0000007d000000}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
// Nesting beyond 64, however far it goes.
>> {"jsonrpc":"2.0","method":"test.echo","params":${repeat:62:[}${repeat:62:]},"id":3}
<< {"jsonrpc":"2.0","result":"$any","id":3}
>> {"jsonrpc":"2.0","method":"test.echo","params":${repeat:64:[}${repeat:64:]},"id":3}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> ${repeat:60000:[}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> ${repeat:12000:{"a":}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
>> {"jsonrpc":"2.0","method":"test.echo","params":["${repeat:100:[}"],"id":4}
<< {"jsonrpc":"2.0","result":"${repeat:100:[}","id":4}
