// The API describes itself
// source: contract of discover
// @tags methods smoke
// @shown version "1.0.0"
// @shown methods []
// @example The shape of this document
>> {"jsonrpc":"2.0","method":"rpc.discover","params":{},"id":1}
<< {"jsonrpc":"2.0","result":{"openrpc":"1.3.2","info":{"title":"rpcauth","version":"$save:version","...":"$any"},"methods":"$save:methods=$any","...":"$any"},"id":1}
