// stream-client: kubectl's own clients, on the URLs of a CRI server. Tests run it.
//
//	stream-client exec [-websocket] [-i] [-t] URL      exits as the command did; 125: the protocol was not kept
//	stream-client forward [-websocket] [-n CONNECTIONS] [-size BYTES] -port P URL     an echo server listens on P in the pod
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
)

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "stream-client:", err)
		os.Exit(125)
	}
}

// One size, and then no more.
type oneSize struct{ told bool }

func (s *oneSize) Next() *remotecommand.TerminalSize {
	if s.told {
		return nil
	}
	s.told = true
	return &remotecommand.TerminalSize{Width: 99, Height: 30}
}

func executor(websocket bool, address string) remotecommand.Executor {
	target, err := url.Parse(address)
	die(err)
	if websocket {
		made, err := remotecommand.NewWebSocketExecutor(&rest.Config{Host: target.Host}, "GET", address)
		die(err)
		return made
	}
	made, err := remotecommand.NewSPDYExecutor(&rest.Config{Host: target.Host}, "POST", target)
	die(err)
	return made
}

func execute(arguments []string) {
	flags := flag.NewFlagSet("exec", flag.ExitOnError)
	websocket := flags.Bool("websocket", false, "")
	input := flags.Bool("i", false, "")
	terminal := flags.Bool("t", false, "")
	die(flags.Parse(arguments))
	options := remotecommand.StreamOptions{Stdout: os.Stdout, Tty: *terminal}
	if *input {
		options.Stdin = os.Stdin
	}
	if *terminal {
		options.TerminalSizeQueue = &oneSize{}
	} else {
		options.Stderr = os.Stderr
	}
	err := executor(*websocket, flags.Arg(0)).StreamWithContext(context.Background(), options)
	var code exec.CodeExitError
	if errors.As(err, &code) {
		os.Exit(code.Code)
	}
	die(err)
}

func forward(arguments []string) {
	flags := flag.NewFlagSet("forward", flag.ExitOnError)
	websocket := flags.Bool("websocket", false, "")
	port := flags.Int("port", 80, "")
	connections := flags.Int("n", 1, "")
	size := flags.Int("size", 100000, "")
	die(flags.Parse(arguments))
	target, err := url.Parse(flags.Arg(0))
	die(err)
	config := &rest.Config{Host: target.Host}
	transport, upgrader, err := spdy.RoundTripperFor(config)
	die(err)
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, "POST", target)
	if *websocket {
		dialer, err = portforward.NewSPDYOverWebsocketDialer(target, config)
		die(err)
	}
	stop, ready := make(chan struct{}), make(chan struct{})
	forwarder, err := portforward.New(dialer, []string{fmt.Sprintf(":%d", *port)}, stop, ready, io.Discard, os.Stderr)
	die(err)
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		die(err)
	}
	ports, err := forwarder.GetPorts()
	die(err)

	var group sync.WaitGroup
	bad := make(chan error, *connections)
	for i := range *connections {
		group.Go(func() { bad <- echo(int(ports[0].Local), *size, int64(i)) })
	}
	group.Wait()
	close(stop)
	close(bad)
	for err := range bad {
		die(err)
	}
}

func echo(port, size int, seed int64) error {
	connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	defer connection.Close()
	sent := make([]byte, size)
	rand.New(rand.NewSource(seed)).Read(sent)
	go func() {
		connection.Write(sent)
		connection.(*net.TCPConn).CloseWrite()
	}()
	heard, err := io.ReadAll(connection)
	if err == nil && !bytes.Equal(heard, sent) {
		err = fmt.Errorf("%d bytes of %d came back, or others", len(heard), len(sent))
	}
	return err
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "exec" {
		execute(os.Args[2:])
	} else if len(os.Args) > 2 && os.Args[1] == "forward" {
		forward(os.Args[2:])
	} else {
		die(errors.New("exec or forward, flags, and a URL"))
	}
}
