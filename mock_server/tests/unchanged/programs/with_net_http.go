package main

import (
	"fmt"
	"io"
	"net/http"
)

func main() {
	request, err := http.NewRequest("GET", "https://api.trackflow.io/v2/track/1Z204E380338943508", nil)
	if err != nil {
		panic(err)
	}
	request.Header.Set("X-API-Key", "tf_live_sk_xxxxxxxxxxxxxxxxxxxx")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}
