// A wrong secret changes nothing: the code is good afterwards
// source: RFC 6749 §4.1.3 and §5.2
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"}],"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":1}
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
// @status 400
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"wrong"},{"grant_type":"authorization_code","code":"${code}"}],"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"data":{"error":"invalid_client","...":"$any"},"...":"$any"},"id":2}
// @path /rpc
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"authorization_code","code":"${code}"}],"id":3}
<< {"jsonrpc":"2.0","result":{"access_token":"$re:rpa_[0-9A-Za-z]{60}","expires_in":"$int","...":"$any"},"id":3}
