// net/http with a time limit, and waits as told.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"
)

var client = http.Client{Timeout: 2 * time.Second}

type shipment struct {
	Status string `json:"status"`
}

func track(number string) (found shipment, err error) {
	for attempt := 0; attempt < 4; attempt++ {
		question, _ := http.NewRequest("GET", os.Getenv("TRACKFLOW_BASE_URL")+"/v2/track/"+number, nil)
		question.Header.Set("X-API-Key", os.Getenv("TRACKFLOW_API_KEY"))
		var answer *http.Response
		if answer, err = client.Do(question); err != nil {
			time.Sleep(300 * time.Millisecond)
			continue
		}
		if answer.StatusCode == 200 {
			err = json.NewDecoder(answer.Body).Decode(&found)
			answer.Body.Close()
			if err == nil {
				return found, nil
			}
			time.Sleep(300 * time.Millisecond)
			continue
		}
		err = fmt.Errorf("status %d", answer.StatusCode)
		answer.Body.Close()
		if answer.StatusCode != 429 && answer.StatusCode < 500 {
			return found, err
		}
		seconds, wrong := strconv.Atoi(answer.Header.Get("Retry-After"))
		if wrong != nil {
			seconds = 1
		}
		time.Sleep(time.Duration(seconds) * time.Second)
	}
	return found, err
}

func main() {
	failed := false
	for _, number := range []string{"1Z204E380338943508", "449044304137821"} {
		found, err := track(number)
		if err != nil {
			fmt.Fprintln(os.Stderr, number, err)
			failed = true
			continue
		}
		fmt.Println(number, found.Status)
	}
	if failed {
		os.Exit(1)
	}
}
