// What is refused, and the answer that the OAuth client is owed
// source: RFC 6749 §5.2; contract of createAccessToken, on both dialects
// @tags oauth
// Client authentication fails alike for an unknown client and for a wrong secret.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"12345","client_secret":"wrong"},"token_data":{"grant_type":"client_credentials"}},"id":1}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_client","error_description":"$save:text","error_response":{"return_type":"json","status":401,"headers":{"Content-Type":"application/json;charset=UTF-8","Cache-Control":"no-store","Pragma":"no-cache","WWW-Authenticate":"Basic realm=\"Demo API\""},"response":{"error":"invalid_client","error_description":"${text}"},"uri":null}}},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"nobody","client_secret":"wrong"},"token_data":{"grant_type":"client_credentials"}},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_client","error_description":"${text}","error_response":{"return_type":"json","status":401,"headers":{"Content-Type":"application/json;charset=UTF-8","Cache-Control":"no-store","Pragma":"no-cache","WWW-Authenticate":"Basic realm=\"Demo API\""},"response":{"error":"invalid_client","error_description":"${text}"},"uri":null}}},"id":2}
// A flow that the service does not enable.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"58sbjqbeug3ae7bnp2fw7yde","client":{"client_id":"66b9jkxgbxhcuppx58rmsj69","client_secret":"sgnCfA"},"token_data":{"grant_type":"client_credentials"}},"id":3}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"unsupported_grant_type","...":"$any"}},"id":3}
// Neither grant_type nor response_type.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{}},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":4}
// A member of the wrong type is the OAuth client's mistake, a parameter of the wrong type is the caller's.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":7}},"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"password"],"id":6}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[2]"}},"id":6}
// On a Mashery path the text is the specific one, and the detail stands under both names.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
// @status 400
>> {"method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"nobody","client_secret":"wrong"},{"grant_type":"password"},null,"user12345"],"id":7}
<< {"result":null,"error":{"code":-2001,"message":"${text}","data":{"error":"invalid_client","error_description":"${text}","error_response":{"status":401,"...":"$any"}},"error":{"error":"invalid_client","error_description":"${text}","error_response":{"status":401,"...":"$any"}}},"id":7}
