// A list of tokens gives the list of the live ones, in order, each once
// source: Mashery API 2.0 guide, fetchAccessToken, "Accepts a string or a list of values", on both dialects
// @tags oauth
// What a list call says of unknown tokens was not published: they are left out.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password"},null,"a"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:a","refresh_token":"$save:refresh","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password"},null,"b"],"id":2}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:b","...":"$any"},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${b}","nope","${a}","${refresh}","${b}"]],"id":3}
<< {"jsonrpc":"2.0","result":[{"client_id":"tkr7f25gd6452zy8rjsf7bwd","token_type":"bearer","grant_type":"password","expires":"$now+3600±10","scope":null,"user_context":"b","extended":null,"cache_until":null,"access_token":"${b}"},{"user_context":"a","access_token":"${a}","...":"$any"}],"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",[]],"id":4}
<< {"jsonrpc":"2.0","result":[],"id":4}
// A list of one is a list. On a Mashery path no member is there that Mashery did not have.
// @path /v2/json-rpc/789
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${a}"]],"id":5}
<< {"jsonrpc":"2.0","result":[{"client_id":"tkr7f25gd6452zy8rjsf7bwd","token_type":"bearer","grant_type":"password","expires":"$now+3600±10","scope":null,"user_context":"a","extended":null,"access_token":"${a}"}],"id":5}
