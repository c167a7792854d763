// The key of a MAC token is shown to a caller with mac_keys, and to no other
// source: contract of fetchAccessToken
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["4xkz8wqv3nt6rb2hm9ydj5cs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password"},null,"user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","token_type":"mac","extended":{"secret":"$save:key","algorithm":"hmac-sha-256"},"...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["4xkz8wqv3nt6rb2hm9ydj5cs","${token}"],"id":2}
<< {"jsonrpc":"2.0","result":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","token_type":"mac","grant_type":"password","expires":"$now+3600±10","scope":null,"user_context":"user12345","extended":{"algorithm":"hmac-sha-256"},"cache_until":null},"id":2}
// @caller mac-gateway
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["4xkz8wqv3nt6rb2hm9ydj5cs","${token}"],"id":3}
<< {"jsonrpc":"2.0","result":{"extended":{"algorithm":"hmac-sha-256","secret":"${key}"},"...":"$any"},"id":3}
