// Is anybody there
// source: contract of hello
// @tags methods smoke
// @example Is anybody there?
>> {"jsonrpc":"2.0","method":"test.hello","params":{},"id":1}
<< {"jsonrpc":"2.0","result":"Hello!","id":1}
