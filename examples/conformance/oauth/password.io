// Password: the caller says whose it was
// source: RFC 6749 §4.3; contract of createAccessToken
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password","scope":"read"},"uri":{"state":"xyz"},"user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":3600,"refresh_token":"$re:rpf_[0-9A-Za-z]{60}","scope":"read","state":"xyz","uri":null,"extended":null},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"}},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":""},"id":3}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"token_data":{"grant_type":"password"},"user_context":"user12345"},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_client","...":"$any"}},"id":4}
// An application that may not use the grant; a service that does not have it.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"narrow-app","client_secret":"narrow-secret"},"token_data":{"grant_type":"password"},"user_context":"user12345"},"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"unauthorized_client","...":"$any"}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"4xkz8wqv3nt6rb2hm9ydj5cs","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"client_credentials"}},"id":6}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"unsupported_grant_type","...":"$any"}},"id":6}
